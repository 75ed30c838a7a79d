"""Translates the human text in any JSON entry and leaves everything else as it was.

`extraction.extract` finds the texts, `batching.batches` packs them for the model, and
`restoration.restore` puts the translations back and proves that nothing else changed.
"""
