"""Images that are the same or almost: pairs of close hashes, screened by small pictures, confirmed by their details."""
