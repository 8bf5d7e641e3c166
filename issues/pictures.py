"""Photos made anew from their pixels, so that nothing else of a file survives; the only import of Pillow, and pure."""
