"""What the study can be told about its progress: response rates by patient, centre and day. Reads only."""
