// Elements that are there become others: what both have stays where it is, so that the browser has
// to style and lay out only what differs. For rows of a table that is a third of its work.

/**
 * Gives an element the attributes and the content of another one with the same name.
 * @param {Element} shown
 * @param {Element} made is taken apart
 */
export function become(shown, made) {
  for (const { name, value } of made.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  if (shown.attributes.length > made.attributes.length) {
    for (const { name } of [...shown.attributes]) {
      if (!made.hasAttribute(name)) shown.removeAttribute(name);
    }
  }
  const [old, parts] = [[...shown.childNodes], [...made.childNodes]];
  parts.forEach((part, place) => {
    const there = old[place];
    if (!there) shown.append(part);
    else if (there.nodeName !== part.nodeName) there.replaceWith(part);
    else if (there instanceof Element && part instanceof Element) become(there, part);
    else if (there.nodeValue !== part.nodeValue) there.nodeValue = part.nodeValue;
  });
  old.slice(parts.length).forEach((each) => each.remove());
}
