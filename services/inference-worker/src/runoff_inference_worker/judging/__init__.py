"""Language models that judge what a run's contenders answered, entry by entry.

What is asked and in which form (`prompts`), which questions an entry has (`questions`), and how
they are put to a judge while a slice is answered (`slice`). A judge is asked through the same
attempts, limits and retries as any model.
"""
