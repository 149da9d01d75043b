import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";

export function RoleChips({ roles }: { roles: string[] }) {
  if (roles.length === 0) return <span>–</span>;
  return (
    <Stack direction="row" useFlexGap sx={{ flexWrap: "wrap", gap: 0.5 }}>
      {roles.map((role) => (
        <Chip
          key={role}
          size="small"
          label={role}
          variant={role === "admin" ? "filled" : "outlined"}
          color={role === "admin" ? "primary" : "default"}
        />
      ))}
    </Stack>
  );
}
