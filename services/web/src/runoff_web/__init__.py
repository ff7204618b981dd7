"""The pages: HTML made on the server, out of what the API says."""
