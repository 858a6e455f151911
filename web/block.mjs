// Writes a block as @plotdb/block reads it: one HTML file with markup and script.

const voids = new Set(["input"]);
const safe = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function html([tag, attributes, ...children]) {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${safe(value)}"`).join("");
  const inside = children.map((child) => typeof child === "string" ? safe(child) : html(child)).join("");
  return `<${tag}${written}>${voids.has(tag) ? "" : `${inside}</${tag}>`}`;
}

export function blockHtml(markup, script) {
  if (/<\/script/i.test(script))
    throw new Error("A block's script would end its own element");
  const [tag, attributes, ...children] = markup;
  const [open, close] = html([tag, attributes, "\0"]).split("\0");
  return `${open}${children.map(html).join("")}<script type="@plotdb/block">${script}</script>${close}\n`;
}
