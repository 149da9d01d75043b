import Code from "@mui/icons-material/Code";
import Bold from "@mui/icons-material/FormatBold";
import Italic from "@mui/icons-material/FormatItalic";
import Bullets from "@mui/icons-material/FormatListBulleted";
import Numbers from "@mui/icons-material/FormatListNumbered";
import Quote from "@mui/icons-material/FormatQuote";
import LinkIcon from "@mui/icons-material/Link";
import Redo from "@mui/icons-material/Redo";
import Heading from "@mui/icons-material/Title";
import Undo from "@mui/icons-material/Undo";
import { Box } from "@mui/material";
import { Editor } from "@tiptap/core";
import { useEffect, useReducer, useRef, useState } from "react";
import { useTranslate } from "react-admin";
import { EditorBar } from "../markdown/EditorBar";
import { inert } from "../markdown/inert";
import { EXTENSIONS } from "./extensions";
import { LinkDialog } from "./LinkDialog";

interface VisualProps {
  id: string;
  html: string;
  onChange(html: string): void;
  label: string;
  isWrong: boolean;
  isRequired: boolean;
  describedBy: string | undefined;
}

const EMPTY = "<p></p>";

/** The editor of HTML as it looks. */
export function Visual({ isWrong, isRequired, describedBy, ...content }: VisualProps) {
  const { id, label } = content;
  const place = useRef<HTMLDivElement>(null);
  const editor = useTiptap(place, content);
  useEffect(() => {
    editor?.setOptions({ editorProps: { attributes: attributesOf({ id, label, isWrong, isRequired, describedBy }) } });
  }, [editor, id, label, isWrong, isRequired, describedBy]);
  return (
    <>
      {editor && <Bar editor={editor} label={label} />}
      <Box
        ref={place}
        sx={{
          "& .ProseMirror": {
            p: 2,
            minHeight: 180,
            maxHeight: "70vh",
            overflow: "auto",
            outlineOffset: -2,
            whiteSpace: "pre-wrap",
            overflowWrap: "anywhere",
            lineHeight: 1.65,
          },
          "& .ProseMirror > :first-of-type": { mt: 0 },
          "& .ProseMirror a": { color: "primary.main" },
          "& .ProseMirror blockquote": { mx: 0, pl: 2, borderLeft: 3, borderColor: "divider", color: "text.secondary" },
          "& .ProseMirror pre": { p: 1.5, bgcolor: "background.default", borderRadius: 1, overflowX: "auto" },
          "& .ProseMirror h1": { fontSize: "1.5rem" },
          "& .ProseMirror h2": { fontSize: "1.25rem" },
          "& .ProseMirror h3": { fontSize: "1.1rem" },
        }}
      />
    </>
  );
}

function useTiptap(
  place: React.RefObject<HTMLDivElement | null>,
  { id, html, onChange, label }: Pick<VisualProps, "id" | "html" | "onChange" | "label">,
): Editor | null {
  const [editor, setEditor] = useState<Editor | null>(null);
  const latest = useRef({ html, onChange });
  useEffect(() => {
    latest.current = { html, onChange };
  });
  useEffect(() => {
    const made = new Editor({
      element: place.current,
      extensions: EXTENSIONS,
      content: inert(latest.current.html),
      // Its styles are ours: the page allows no <style> without the nonce.
      injectCSS: false,
      editorProps: { attributes: attributesOf({ id, label }) },
      onUpdate: ({ editor: { isEmpty, getHTML } }) => latest.current.onChange(isEmpty ? "" : getHTML.call(made)),
    });
    setEditor(made);
    return () => made.destroy();
  }, [place, id, label]);
  useEffect(() => {
    if (editor === null || editor.isDestroyed) return;
    const shown = editor.getHTML();
    if (shown !== html && !(shown === EMPTY && html === ""))
      editor.commands.setContent(inert(html), { emitUpdate: false });
  }, [editor, html]);
  return editor;
}

type Said = Pick<VisualProps, "id" | "label"> & Partial<Pick<VisualProps, "isWrong" | "isRequired" | "describedBy">>;

/** Return what readers of screens are told of the editor. */
function attributesOf({ id, label, isWrong, isRequired, describedBy }: Said): Record<string, string> {
  return {
    id,
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": label,
    ...(isWrong && { "aria-invalid": "true" }),
    ...(isRequired && { "aria-required": "true" }),
    ...(describedBy && { "aria-describedby": describedBy }),
  };
}

function Bar({ editor, label }: { editor: Editor; label: string }) {
  const translate = useTranslate();
  const [isLinking, setLinking] = useState(false);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    editor.on("transaction", redraw);
    return () => {
      editor.off("transaction", redraw);
    };
  }, [editor]);
  const chain = () => editor.chain().focus();
  const text = (name: string) => translate(`forms.editor.${name}`);
  const actions = [
    {
      name: "bold",
      icon: <Bold fontSize="small" />,
      keys: "Ctrl+B",
      isOn: editor.isActive("bold"),
      run: () => chain().toggleBold().run(),
    },
    {
      name: "italic",
      icon: <Italic fontSize="small" />,
      keys: "Ctrl+I",
      isOn: editor.isActive("italic"),
      run: () => chain().toggleItalic().run(),
    },
    {
      name: "heading",
      icon: <Heading fontSize="small" />,
      keys: "Ctrl+Alt+2",
      isOn: editor.isActive("heading"),
      run: () => chain().toggleHeading({ level: 2 }).run(),
    },
    { name: "link", icon: <LinkIcon fontSize="small" />, isOn: editor.isActive("link"), run: () => setLinking(true) },
    {
      name: "bullets",
      icon: <Bullets fontSize="small" />,
      keys: "Ctrl+Shift+8",
      isOn: editor.isActive("bulletList"),
      run: () => chain().toggleBulletList().run(),
    },
    {
      name: "numbers",
      icon: <Numbers fontSize="small" />,
      keys: "Ctrl+Shift+7",
      isOn: editor.isActive("orderedList"),
      run: () => chain().toggleOrderedList().run(),
    },
    {
      name: "quote",
      icon: <Quote fontSize="small" />,
      keys: "Ctrl+Shift+B",
      isOn: editor.isActive("blockquote"),
      run: () => chain().toggleBlockquote().run(),
    },
    {
      name: "code",
      icon: <Code fontSize="small" />,
      keys: "Ctrl+E",
      isOn: editor.isActive("code"),
      run: () => chain().toggleCode().run(),
    },
    { name: "undo", icon: <Undo fontSize="small" />, keys: "Ctrl+Z", run: () => chain().undo().run() },
    { name: "redo", icon: <Redo fontSize="small" />, keys: "Ctrl+Shift+Z", run: () => chain().redo().run() },
  ].map((action) => ({ ...action, label: text(action.name) }));
  return (
    <Box sx={{ px: 0.5, borderBottom: 1, borderColor: "divider" }}>
      <EditorBar label={translate("forms.editor.bar", { field: label })} actions={actions} />
      {isLinking && (
        <LinkDialog
          address={String(editor.getAttributes("link").href ?? "")}
          onClose={() => setLinking(false)}
          onSet={(address) => {
            const selected = chain().extendMarkRange("link");
            if (address === "") selected.unsetLink().run();
            else selected.setLink({ href: address }).run();
          }}
        />
      )}
    </Box>
  );
}
