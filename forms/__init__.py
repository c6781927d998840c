"""The questionnaire language: definition, question types, expressions, loading, evaluation, screen. It imports
nothing of the application."""
