"""Memory and disk that ran out."""
