"""Links of the documentation, and files that it names: whether they are there."""
import glob
import itertools
import os
import re

LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")


def without_code(text):
    """The same text, code blanked out, so that positions stay."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    text = re.sub(r"(?m)^    .*$", blank, text)
    return re.sub(r"`[^`\n]*(?:\n[^`\n]+)?`", blank, text)


def anchors(text):
    """What a heading is called behind `#`, as GitHub does it."""
    found = set()
    for heading in re.findall(r"(?m)^#{1,6} +(.*)$", text):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        number = 0
        unique = name
        while unique in found:
            number += 1
            unique = f"{name}-{number}"
        found.add(unique)
    return found


def pages_below(root):
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "build"]
        found += [os.path.join(folder, name) for name in files if name.endswith(".md")]
    return sorted(found)


def dead_links(pages):
    """`FILE:LINE: what is wrong` of every link to nothing, within the tree or to a heading."""
    wrong = []
    for page in pages:
        with open(page, encoding="utf-8") as file:
            text = file.read()
        for match in LINK.finditer(without_code(text)):
            # Brackets may hold code, which is blanked; the address is never code.
            target = match[1]
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            there = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
            line = text.count("\n", 0, match.start()) + 1
            if not os.path.exists(there):
                wrong.append(f"{page}:{line}: there is no {target}")
            elif anchor:
                with open(there, encoding="utf-8") as file:
                    if not there.endswith(".md") or anchor not in anchors(file.read()):
                        wrong.append(f"{page}:{line}: there is no heading {target}")
    return wrong


NAMED = re.compile(r"`((?:compiler|models|platform|sim|tests|bench|configs|cmake|scripts|docs)/"
                   r"[\w./*{},-]+)`")


def spelled_out(path):
    """`a/{b,c}.h` as `a/b.h` and `a/c.h`."""
    parts = re.split(r"\{([^}]*)\}", path)
    choices = [part.split(",") if i % 2 else [part] for i, part in enumerate(parts)]
    return ["".join(each) for each in itertools.product(*choices)]


def missing_files(root, pages):
    """`FILE:LINE: what is wrong` of every path of the repository, in code, that leads nowhere."""
    wrong = []
    for page in pages:
        if page.endswith("CHANGELOG.md"):
            continue  # tells of what was
        with open(page, encoding="utf-8") as file:
            text = file.read()
        for match in NAMED.finditer(text):
            if re.search(r"NAME|[A-Z]{4}", match[1]):
                continue  # a form
            for path in spelled_out(match[1]):
                if not any(glob.glob(os.path.join(root, path + end)) for end in ("", ".cpp")):
                    line = text.count("\n", 0, match.start()) + 1
                    wrong.append(f"{page}:{line}: there is no {path}")
    return wrong
