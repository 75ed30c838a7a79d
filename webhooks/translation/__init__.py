"""Translate the human text in a JSON entry and leave everything else unchanged.

`extraction.extract` finds the texts, `batching.batches` packs them for the model, and
`restoration.restore` puts the translations back and verifies that nothing else changed.
"""
