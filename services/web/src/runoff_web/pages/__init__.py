"""One module a page: what its address means, what is asked of the API, what its template shows."""
