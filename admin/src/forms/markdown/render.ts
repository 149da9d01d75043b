import createDOMPurify from "dompurify";
import MarkdownIt from "markdown-it";
import { inert } from "./inert";

/** What a page's own addresses and pictures may begin with; nothing that runs. */
const SAFE_ADDRESS = /^(?:https?:|mailto:|tel:|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i;

const markdown = new MarkdownIt({ html: false, linkify: true });
for (const cell of ["th_open", "td_open"]) {
  // The alignment of a column, which would be an inline style otherwise.
  markdown.renderer.rules[cell] = (tokens, index, options, _environment, renderer) => {
    const token = tokens[index];
    const align = /^text-align:(\w+)$/.exec(String(token?.attrGet("style") ?? ""))?.[1];
    if (token && align) token.attrs = [["align", align]];
    return renderer.renderToken(tokens, index, options);
  };
}

const purify = createDOMPurify(window);
purify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer");
});

/** Return HTML with everything taken out that could run, load or look like the page around it. */
export function clean(html: string): string {
  return purify.sanitize(inert(html), {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "option"],
    FORBID_ATTR: ["style", "class", "id", "name"],
    ALLOWED_URI_REGEXP: SAFE_ADDRESS,
    ALLOW_DATA_ATTR: false,
  });
}

/** Return a Markdown text as HTML that is safe to show. HTML in the text stays text. */
export function render(text: string): string {
  return clean(markdown.render(text));
}
