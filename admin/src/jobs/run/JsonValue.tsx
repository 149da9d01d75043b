import Box from "@mui/material/Box";

/** A value as JSON, which wraps and scrolls rather than make the page wider. */
export function JsonValue({ value }: { value: unknown }) {
  return (
    <Box
      component="pre"
      tabIndex={0}
      sx={{
        m: 0,
        p: 1.5,
        maxHeight: "20rem",
        overflow: "auto",
        whiteSpace: "pre-wrap",
        overflowWrap: "anywhere",
        bgcolor: "background.default",
        borderRadius: 1,
        fontSize: "0.8rem",
      }}
    >
      {JSON.stringify(value, null, 2)}
    </Box>
  );
}
