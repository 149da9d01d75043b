import StarterKit from "@tiptap/starter-kit";

/** What the visual editor knows: paragraphs, headings, lists, quotes, code, rules, links, and how text can stand out. */
export const EXTENSIONS = [
  StarterKit.configure({
    link: {
      openOnClick: false,
      autolink: true,
      protocols: ["http", "https", "mailto", "tel"],
      HTMLAttributes: { target: null, rel: null, class: null },
    },
  }),
];
