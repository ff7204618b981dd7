"""Language models behind an API: what is asked, by which protocol, and how it is read."""
