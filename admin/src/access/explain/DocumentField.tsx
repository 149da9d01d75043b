import Autocomplete from "@mui/material/Autocomplete";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import type { Collection } from "../../server/description";
import { useSettled } from "../useSettled";

const SHOWN = 20;

interface Found {
  id: string;
  title: string;
}

interface DocumentFieldProps {
  collection: Collection;
  value: string;
  onChange: (id: string) => void;
}

/** One document, found by its words or named by its id; none is about the collection as a whole. */
export function DocumentField({ collection, value, onChange }: DocumentFieldProps) {
  const translate = useTranslate();
  const [typed, setTyped] = useState("");
  const found = useFound(collection, useSettled(typed));
  return (
    <Autocomplete
      freeSolo
      options={found}
      filterOptions={(options) => options}
      value={value || null}
      getOptionLabel={(option) => (typeof option === "string" ? option : option.id)}
      isOptionEqualToValue={(option, chosen) => option.id === (typeof chosen === "string" ? chosen : chosen.id)}
      renderOption={({ key, ...props }, option) => (
        <li {...props} key={key}>
          <span>
            {option.title}
            <Typography component="span" variant="body2" color="textSecondary" sx={{ display: "block" }}>
              {option.id}
            </Typography>
          </span>
        </li>
      )}
      onInputChange={(_, text) => setTyped(text)}
      onChange={(_, chosen) => onChange(typeof chosen === "string" ? chosen.trim() : (chosen?.id ?? ""))}
      renderInput={(params) => (
        <TextField
          {...params}
          label={translate("access.explain.document")}
          helperText={translate("access.explain.documentHelp")}
        />
      )}
    />
  );
}

function useFound(collection: Collection, typed: string): Found[] {
  const { name, title, searchable } = collection;
  const query = { q: searchable ? typed.slice(0, 200) : "", limit: SHOWN, fields: title, sort: collection.sort };
  const { data } = useQuery({
    queryKey: [name, "titles", query],
    queryFn: ({ signal }) =>
      api.get<{ items: Record<string, unknown>[] }>(name, { query: { ...query, q: query.q || null }, signal }),
    placeholderData: keepPreviousData,
  });
  return (data?.items ?? []).map((item) => ({ id: String(item.id), title: String(item[title] ?? item.id) }));
}
