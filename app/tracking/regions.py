"""The regions of France by department.

Source: law 2015-29 of 16 January 2015 (thirteen metropolitan regions since 1 January 2016) and INSEE's official
geographic code, 2024 edition; the collectivities overseas that are no region stand together.
"""

OVERSEAS = "Collectivités d’outre-mer"
UNKNOWN = ""

REGIONS: dict[str, str] = {
    "Auvergne-Rhône-Alpes": "01 03 07 15 26 38 42 43 63 69 73 74",
    "Bourgogne-Franche-Comté": "21 25 39 58 70 71 89 90",
    "Bretagne": "22 29 35 56",
    "Centre-Val de Loire": "18 28 36 37 41 45",
    "Corse": "20 2A 2B",
    "Grand Est": "08 10 51 52 54 55 57 67 68 88",
    "Hauts-de-France": "02 59 60 62 80",
    "Île-de-France": "75 77 78 91 92 93 94 95",
    "Normandie": "14 27 50 61 76",
    "Nouvelle-Aquitaine": "16 17 19 23 24 33 40 47 64 79 86 87",
    "Occitanie": "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "Pays de la Loire": "44 49 53 72 85",
    "Provence-Alpes-Côte d’Azur": "04 05 06 13 83 84",
    "Guadeloupe": "971",
    "Martinique": "972",
    "Guyane": "973",
    "La Réunion": "974",
    "Mayotte": "976",
    OVERSEAS: "975 977 978 984 986 987 988",
}
_BY_DEPARTMENT = {
    department: region for region, departments in REGIONS.items() for department in departments.split()
}


def region_of(department: str | None, postcode: str | None = None) -> str:
    """The region of a department, or of a postcode where no department is known; UNKNOWN when neither says."""
    for code in (department or "", (postcode or "")[:3], (postcode or "")[:2]):
        if code.upper() in _BY_DEPARTMENT:
            return _BY_DEPARTMENT[code.upper()]
    return UNKNOWN
