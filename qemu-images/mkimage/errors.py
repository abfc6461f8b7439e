# SPDX-License-Identifier: GPL-2.0-only
"""The one exception of this package."""


class ImageError(Exception):
    """A recipe, or an input it names, cannot be made into an image. The text
    is one line that names the recipe and the thing."""
