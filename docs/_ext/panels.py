"""A notebook's page to be read: no buttons, and words for each of its pictures."""

from docutils import nodes


def described(doctree):
    """Gives each picture without words the title of its section."""
    for image in doctree.findall(nodes.image):
        if image.get("alt", image["uri"]) == image["uri"]:
            section = image
            while not isinstance(section, nodes.section):
                section = section.parent
            image["alt"] = f"{section.next_node(nodes.title).astext()}: the picture"


def _read(app, doctree):
    page = app.env.docname
    if app.env.doc2path(page).suffix == ".ipynb":
        described(doctree)
        # What the widgets hold, for a script that is not there.
        metadata = getattr(app.env, "nb_metadata", {}).get(page, {})
        metadata.get("js_files", {}).pop("ipywidgets_state", None)


def setup(app):
    """Changes a page once it is read."""
    app.connect("doctree-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
