"""What kind of image a file is, by its first bytes."""


def image_type(content: bytes) -> str | None:
    """The media type of one of four formats that cannot carry a script; none for anything else.

    Every browser shows them, and every language model that sees images takes them.
    Source: WHATWG MIME Sniffing, section 6.1.
    """
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None
