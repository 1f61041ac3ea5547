"""Originmark: a registry of original works whose dates anyone can check without trusting the registry."""
