import Autocomplete, { createFilterOptions } from "@mui/material/Autocomplete";
import TextField from "@mui/material/TextField";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import { useDescription } from "../../server/description";
import type { Page, TokenRecord, UserRecord } from "../types";
import { useSettled } from "../useSettled";
import { type ActorOption, actorsOf } from "./question";

const SHOWN_USERS = 50;
const byNameToo = createFilterOptions<ActorOption>({ stringify: (option) => `${option.value} ${option.label}` });

/** Whom the question is about: chosen from those there are, or written down. */
export function ActorField({ value, onChange }: { value: string; onChange: (actor: string) => void }) {
  const translate = useTranslate();
  const [typed, setTyped] = useState(value);
  const options = useActors(useSettled(typed));
  const settle = (chosen: ActorOption | string | null) => {
    const text = typeof chosen === "string" ? chosen.trim() : chosen?.value;
    if (text) onChange(text);
  };
  return (
    <Autocomplete
      freeSolo
      disableClearable
      selectOnFocus
      handleHomeEndKeys
      options={options}
      filterOptions={byNameToo}
      value={value}
      getOptionLabel={(option) => (typeof option === "string" ? option : option.value)}
      isOptionEqualToValue={(option, chosen) => option.value === (typeof chosen === "string" ? chosen : chosen.value)}
      groupBy={(option) => translate(`access.explain.group.${option.group}`)}
      renderOption={({ key, ...props }, option) => (
        <li key={key} {...props}>
          {option.label}
        </li>
      )}
      onInputChange={(_, text) => setTyped(text)}
      onChange={(_, chosen) => settle(chosen)}
      onBlur={() => settle(typed)}
      renderInput={(params) => (
        <TextField
          {...params}
          label={translate("access.explain.actor")}
          helperText={translate("access.explain.actorHelp")}
        />
      )}
    />
  );
}

function useActors(typed: string): ActorOption[] {
  const { roles } = useDescription();
  const query = { q: /^(public|role:|token:)/.test(typed) ? "" : typed.slice(0, 200), limit: SHOWN_USERS };
  const users = useQuery({
    queryKey: ["_users", query],
    queryFn: ({ signal }) => api.get<Page<UserRecord>>("_users", { query, signal }),
    placeholderData: keepPreviousData,
  });
  const tokens = useQuery({
    queryKey: ["_tokens"],
    queryFn: ({ signal }) => api.get<{ items: TokenRecord[] }>("_tokens", { signal }),
  });
  return actorsOf({ roles, users: users.data?.items ?? [], tokens: tokens.data?.items ?? [] });
}
