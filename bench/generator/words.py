"""Words that simulated lists are made of: towns with their postcodes, kinds of houses, beginnings of names."""

TOWNS: tuple[tuple[str, str], ...] = (
    ("AMIENS", "80000"), ("ANGERS", "49000"), ("ANNECY", "74370"), ("ARRAS", "62000"), ("AUXERRE", "89000"),
    ("AVIGNON", "84000"), ("BASTIA", "20600"), ("BEAUNE", "21200"), ("BELFORT", "90000"), ("BESANCON", "25000"),
    ("BEZIERS", "34500"), ("BLOIS", "41000"), ("BORDEAUX", "33000"), ("BOURGES", "18000"), ("BREST", "29200"),
    ("CAEN", "14000"), ("CAHORS", "46000"), ("CALAIS", "62100"), ("CANNES", "06400"), ("CASTRES", "81100"),
    ("CHALON-SUR-SAONE", "71100"), ("CHAMBERY", "73000"), ("CHARTRES", "28000"), ("CHOLET", "49300"),
    ("COLMAR", "68000"), ("CREIL", "60100"), ("DAX", "40100"), ("DIEPPE", "76200"), ("DIJON", "21000"),
    ("DOUAI", "59500"), ("DREUX", "28100"), ("EPINAL", "88000"), ("EVREUX", "27000"), ("FORBACH", "57600"),
    ("FORT-DE-FRANCE", "97200"), ("GAP", "05000"), ("GRENOBLE", "38000"), ("GUERET", "23000"), ("LAON", "02000"),
    ("LE HAVRE", "76600"), ("LE MANS", "72000"), ("LENS", "62300"), ("LILLE", "59000"), ("LIMOGES", "87000"),
    ("LISIEUX", "14100"), ("LORIENT", "56100"), ("LYON", "69003"), ("MACON", "71000"), ("MARSEILLE", "13005"),
    ("MEAUX", "77100"), ("METZ", "57000"), ("MILLAU", "12100"), ("MONTAUBAN", "82000"), ("MORLAIX", "29600"),
    ("MOULINS", "03000"), ("NANCY", "54000"), ("NANTES", "44000"), ("NEVERS", "58000"), ("NICE", "06000"),
    ("NIMES", "30000"), ("NIORT", "79000"), ("ORLEANS", "45000"), ("PARIS", "75013"), ("PARIS", "75020"),
    ("PAU", "64000"), ("PERIGUEUX", "24000"), ("POITIERS", "86000"), ("QUIMPER", "29000"), ("REIMS", "51100"),
    ("RENNES", "35000"), ("ROANNE", "42300"), ("RODEZ", "12000"), ("ROUEN", "76000"), ("SAINT-BRIEUC", "22000"),
    ("SAINT-DENIS", "93200"), ("SAINT-DENIS", "97400"), ("SAINT-ETIENNE", "42270"), ("SAINT-LO", "50000"),
    ("SAINT-MALO", "35400"), ("SAINT-NAZAIRE", "44600"), ("SAINT-PIERRE", "97410"), ("SAINT-QUENTIN", "02100"),
    ("SENS", "89100"), ("STRASBOURG", "67000"), ("TARBES", "65000"), ("THIONVILLE", "57100"), ("TOULON", "83100"),
    ("TOULOUSE", "31000"), ("TOURS", "37000"), ("TROYES", "10000"), ("TULLE", "19000"), ("VALENCE", "26000"),
    ("VALENCIENNES", "59300"), ("VANNES", "56000"), ("VERSAILLES", "78150"), ("VESOUL", "70000"),
    ("VICHY", "03200"), ("VIENNE", "38200"), ("VILLEJUIF", "94800"), ("VITRE", "35500"),
)  # fmt: skip
SITES = (
    "BELLEVUE", "LES TILLEULS", "LA COLLINE", "HAUT-LEVEQUE", "SAINT-JOSEPH", "SAINTE-ANNE", "NORD", "SUD",
    "JEAN MOULIN", "LOUIS PASTEUR", "MARIE CURIE", "DES ORMES", "DU PARC", "SAINT-VINCENT", "BEAUSEJOUR",
    "VAL FLEURI", "LAENNEC", "AMBROISE PARE", "CLAUDE BERNARD", "BICHAT", "TENON", "LES CEDRES",
)  # fmt: skip
DIALYSIS = ("AURAL", "ATIR", "ECHO", "AIDER", "CALYDIAL", "NEPHROCARE", "SANTELYS", "AUB")
SURNAMES = (
    "MAR", "BER", "DUB", "THO", "ROB", "RIC", "PET", "DUR", "LER", "MOR", "SIM", "LAU", "LEF", "MIC", "GAR",
    "DAV", "BET", "ROU", "VIN", "FOU", "MER", "DUP", "LAM", "BON", "FRA", "GIR", "AND", "LEG", "ROS", "GAU",
    "BLA", "GUE", "FAU", "CHE", "CLE", "GAI", "MAS", "BRU", "DUM", "FON", "CHA", "REN", "SCH", "ROY", "NOE",
    "MEY", "LUC", "MEU", "JEA", "PER", "MAT", "BOU", "DEN", "AUB", "LEM", "PIC", "ROG", "OLI", "BAR", "HUE",
    "VAS", "HER", "COL", "ARN", "BEN", "CAR", "COU", "DEL", "FER", "GIL", "GRA", "HAM", "JAC", "KLE", "LOP",
    "MAI", "NIC", "PAR", "POI", "REY", "RIV", "SAN", "TES", "VID", "WEB", "ZIM", "ABB", "BAS", "CAM", "DAN",
)  # fmt: skip
FIRST_NAMES = (
    "MA", "JE", "PI", "MI", "AN", "PH", "AL", "NI", "CA", "IS", "CH", "SY", "DA", "PA", "LA", "FR", "CL", "HE",
    "RE", "SU", "MO", "JA", "GE", "LO", "RO", "BE", "DO", "ER", "ST", "VE", "YV", "GI", "LU", "OD", "SI", "TH",
)  # fmt: skip
PRESCRIBERS = (
    "MOREL",
    "GARNIER",
    "FAURE",
    "ROUSSEL",
    "BLANC",
    "GUERIN",
    "MULLER",
    "HENRY",
    "ROUSSEAU",
    "NICOLAS",
)
PRODUCTS = (
    "NATRIUMTHIOSULFAT 25%", "Natrium thiosulfate 25 %", "thiosulfate de sodium 25%", "SODIUM THIOSULFATE 25 %",
    "NATRIUMTHIOSULFAT 25% KOHLER sol perf 100ml",
)  # fmt: skip
OTHER_PRODUCTS = (
    "AMPHADASE",
    "CYSTAGON 150 mg",
    "FOSCAVIR 24 mg/ml",
    "THALIDOMIDE 50 mg",
    "MEXILETINE 200 mg",
)
INDICATIONS = (
    "calciphylaxie", "Calciphylaxie", "CALCIPHYLLAXIE", "AUC", "artériolopathie urémique calcifiante",
    "calciphylaxie des MI chez hémodialysé",
)  # fmt: skip
UNCLEAR = ("calcinose", "calcifications sous-cutanées", "ulcères de jambe")
OTHER_USES = ("intoxication cyanhydrique", "ototoxicite cisplatine")
INITIAL = ("Initiale", "Init", "I", "1ère demande")
RENEWAL = ("Renouvellement", "Renouv.", "R", "RENOUVELLEMENT")
DURATIONS = ((30, ("1 mois", "30 J", "1M")), (90, ("3 mois", "90 J", "3M")), (180, ("6 mois", "180 J", "6M")),
             (360, ("12 mois", "360 J", "12M")))  # fmt: skip
SEXES = {1: ("M", "H", "1", "M"), 2: ("F", "Mme", "2", "F")}
HEADERS = (
    "NUM_ATU", "TYPE_DEMANDE", "STATUT", "DATE_OCTROI", "DUREE", "SPECIALITE", "INDICATION", "INITIALES", "DDN",
    "SEXE", "ETABLISSEMENT", "FINESS", "CP", "VILLE", "PRESCRIPTEUR",
)  # fmt: skip
