"""The parts of a language model's judgement that need no network.

What is asked (`prompt`), how a reply is read (`verdict`), and what several verdicts come to
(`tally`). Whoever asks sends `Asked.system`, `Asked.user` and `Asked.schema` as a request for
structured output, and hands the reply's text to `verdict`.
"""
