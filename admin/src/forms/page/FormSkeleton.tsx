import { Box, Card, CardContent, Skeleton } from "@mui/material";

/** Where a form will be. */
export function FormSkeleton({ label }: { label: string }) {
  return (
    <Card role="status" aria-label={label}>
      <CardContent sx={{ p: 3, display: "grid", gap: 3 }}>
        {[40, 40, 160, 40, 40].map((height, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they never change
          <Box key={index}>
            <Skeleton width={120} />
            <Skeleton variant="rounded" height={height} />
          </Box>
        ))}
      </CardContent>
    </Card>
  );
}
