"""Words that no variable may be called, by who reserves them (SAS, R, Stata, SPSS and the language itself)."""

_SAS = (
    "abs and by data do else end eq format ge gt if in keep label le length lt max min ne not or out output proc rename run set "
    "sum then to until where while with _n_ _error_ _all_ _numeric_ _character_ _infile_ _null_ _type_ _name_ _label_"
)
_R = "break else false for function if in inf na nan next null repeat true while"
_STATA = "byte double float if in int long strl using with"
_SPSS = "all and by eq ge gt le lt ne not or to with"
_OURS = "and has in list not nothing nsp or outer repeat_no today visit visit_from visit_on visit_to"
# Names of the columns that every sheet has.
_KEYS = "centre_id disposition patient_id repeat_no statut submitted_at visit"

RESERVED: dict[str, str] = {
    word: owner
    for owner, words in (
        ("SPSS", _SPSS),
        ("Stata", _STATA),
        ("SAS", _SAS),
        ("R", _R),
        ("Recueil", _OURS),
        ("Recueil", _KEYS),
    )
    for word in words.split()
}
