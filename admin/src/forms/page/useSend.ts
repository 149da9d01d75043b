import { useMutation } from "@tanstack/react-query";

/** Return what sends a write in such a way that the page finds out where the session has ended, as with any request. */
export function useSend(): <T>(write: () => Promise<T>) => Promise<T> {
  const { mutateAsync } = useMutation({ mutationFn: (write: () => Promise<unknown>) => write() });
  return <T>(write: () => Promise<T>) => mutateAsync(write) as Promise<T>;
}
