"""What a person declares of a model, one file a kind of provider."""
