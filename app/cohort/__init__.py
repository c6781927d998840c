"""The cohort room: from an authorisation list to patients and centres. It sends nothing and asks nothing."""
