"""What the models cannot say: rules between fields, between files, and about expressions.

``sound`` rules guard figures: a catalog that breaks one is not loaded. ``authoring`` rules guard readers and reviewers
(texts, cases, references); ``lint`` reports them, loading does not mind.
"""
