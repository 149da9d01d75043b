import type { RaThemeOptions } from "react-admin";

const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", sans-serif';
export const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "Liberation Mono", Menlo, monospace';

interface Colours {
  paper: string;
  ground: string;
  line: string;
  ink: string;
  quiet: string;
  faint: string;
  primary: string;
  onPrimary: string;
  primaryDark: string;
  accent: string;
  error: string;
  warning: string;
  success: string;
  info: string;
  hover: string;
  selected: string;
}

/** Warm paper and petrol; every pair of text and ground has a contrast of 4.5 at least. */
const LIGHT: Colours = {
  paper: "#ffffff",
  ground: "#f6f5f2",
  line: "#e0ddd5",
  ink: "#1d2226",
  quiet: "#575f67",
  faint: "#697077",
  primary: "#14606e",
  onPrimary: "#ffffff",
  primaryDark: "#0d4852",
  accent: "#b0432a",
  error: "#b3261e",
  warning: "#8a5300",
  success: "#23703a",
  info: "#2f5f9e",
  hover: "rgba(29, 34, 38, 0.045)",
  selected: "rgba(20, 96, 110, 0.10)",
};

const DARK: Colours = {
  paper: "#1d2125",
  ground: "#14171a",
  line: "#32383e",
  ink: "#e7e9eb",
  quiet: "#a5adb5",
  faint: "#858e97",
  primary: "#6fc7d6",
  onPrimary: "#06272d",
  primaryDark: "#97dbe6",
  accent: "#ff9d7c",
  error: "#ff9b92",
  warning: "#f0b860",
  success: "#7fcf95",
  info: "#8fb8f0",
  hover: "rgba(255, 255, 255, 0.05)",
  selected: "rgba(111, 199, 214, 0.14)",
};

function themeOf(mode: "light" | "dark", c: Colours): RaThemeOptions {
  const main = (color: string) => ({ main: color, contrastText: mode === "light" ? "#ffffff" : "#101316" });
  return {
    palette: {
      mode,
      primary: { main: c.primary, dark: c.primaryDark, contrastText: c.onPrimary },
      secondary: main(c.accent),
      error: main(c.error),
      warning: main(c.warning),
      success: main(c.success),
      info: main(c.info),
      background: { default: c.ground, paper: c.paper },
      text: { primary: c.ink, secondary: c.quiet, disabled: c.faint },
      divider: c.line,
      action: {
        active: c.quiet,
        hover: c.hover,
        selected: c.selected,
        focus: c.selected,
        hoverOpacity: 0.05,
        selectedOpacity: 0.1,
      },
    },
    shape: { borderRadius: 8 },
    spacing: 8,
    typography: {
      fontFamily: FONT,
      fontSize: 13,
      h1: { fontSize: "1.6rem", fontWeight: 650, letterSpacing: "-0.015em" },
      h2: { fontSize: "1.25rem", fontWeight: 650, letterSpacing: "-0.01em" },
      h3: { fontSize: "1.05rem", fontWeight: 650 },
      h4: { fontSize: "1rem", fontWeight: 650 },
      h5: { fontSize: "1rem", fontWeight: 600 },
      h6: { fontSize: "1rem", fontWeight: 600 },
      subtitle2: { fontWeight: 600 },
      button: { textTransform: "none", fontWeight: 600 },
      overline: { textTransform: "none", letterSpacing: 0, fontWeight: 600, fontSize: "0.75rem", lineHeight: 2 },
    },
    sidebar: { width: 232, closedWidth: 56 },
    components: {
      MuiCssBaseline: {
        styleOverrides: {
          html: { WebkitTextSizeAdjust: "100%" },
          "code, pre, kbd, samp": { fontFamily: MONO, fontSize: "0.9em" },
          ":focus-visible": { outline: `2px solid ${c.primary}`, outlineOffset: 2 },
          "::selection": { backgroundColor: mode === "light" ? "#bfe0e6" : "#27525b" },
          "@media (prefers-reduced-motion: reduce)": {
            "*, *::before, *::after": {
              animationDuration: "0.01ms !important",
              animationIterationCount: "1 !important",
              transitionDuration: "0.01ms !important",
              scrollBehavior: "auto !important",
            },
          },
        },
      },
      MuiButtonBase: {
        styleOverrides: {
          root: {
            fontFamily: "inherit",
            "&.Mui-focusVisible": { outline: `2px solid ${c.primary}`, outlineOffset: 2 },
          },
        },
      },
      MuiPaper: { defaultProps: { elevation: 0 }, styleOverrides: { root: { backgroundImage: "none" } } },
      MuiCard: {
        defaultProps: { variant: "outlined" },
        styleOverrides: { root: { borderColor: c.line, borderRadius: 10 } },
      },
      MuiButton: {
        defaultProps: { disableElevation: true },
        styleOverrides: { root: { borderRadius: 8 }, outlined: { borderColor: c.line } },
      },
      MuiTextField: { defaultProps: { variant: "outlined", size: "small", margin: "dense", fullWidth: true } },
      MuiFormControl: { defaultProps: { variant: "outlined", size: "small", margin: "dense", fullWidth: true } },
      MuiOutlinedInput: {
        styleOverrides: {
          root: { backgroundColor: c.paper },
          notchedOutline: { borderColor: mode === "light" ? "#8f959b" : "#6a737c" },
        },
      },
      MuiAutocomplete: { defaultProps: { fullWidth: true } },
      MuiTooltip: {
        defaultProps: { enterDelay: 400 },
        styleOverrides: { tooltip: { fontSize: "0.78rem", backgroundColor: mode === "light" ? "#2b3237" : "#3a434b" } },
      },
      MuiMenu: { styleOverrides: { paper: { border: `1px solid ${c.line}` } } },
      MuiMenuItem: { styleOverrides: { root: { fontSize: "0.9rem", minHeight: 38 } } },
      MuiListItemIcon: { styleOverrides: { root: { minWidth: 36, color: "inherit" } } },
      MuiDialog: {
        styleOverrides: {
          paper: { border: `1px solid ${c.line}`, borderRadius: 12 },
          paperFullScreen: { border: 0, borderRadius: 0 },
        },
      },
      MuiTable: { defaultProps: { size: "small" } },
      MuiDialogActions: {
        styleOverrides: {
          root: {
            padding: "8px 24px 16px",
            flexWrap: "wrap",
            rowGap: 8,
            "& .MuiButton-root": { whiteSpace: "nowrap" },
          },
        },
      },
      MuiTableCell: {
        styleOverrides: {
          root: { borderColor: c.line },
          head: { color: c.quiet, fontWeight: 600, fontSize: "0.8rem", backgroundColor: c.paper },
        },
      },
      MuiChip: { styleOverrides: { root: { borderRadius: 6, fontWeight: 500 } } },
      MuiAlert: { styleOverrides: { root: { borderRadius: 8 } } },
      MuiTab: { styleOverrides: { root: { minHeight: 42 } } },
    },
  };
}

export const lightTheme = themeOf("light", LIGHT);
export const darkTheme = themeOf("dark", DARK);
