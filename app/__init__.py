"""Recueil. This file stays empty on purpose: imports here make order-dependent circles."""
