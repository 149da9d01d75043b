import { createContext, type MouseEvent, type ReactNode, useContext } from "react";
import { Link, type NavigateFunction } from "react-router-dom";
import { PLACE } from "../../server/place";

/**
 * Goes somewhere else on the page. A list provides it for its rows: the router's own links are drawn anew whenever
 * the address changes, which in a list of hundreds of them is each time a page is turned.
 */
export const GoContext = createContext<NavigateFunction | null>(null);

interface GoProps {
  to: string;
  className?: string;
  children: ReactNode;
}

/** A link to another screen; what it stands in does not notice a click on it. */
export function Go({ to, className, children }: GoProps) {
  const navigate = useContext(GoContext);
  if (navigate === null) {
    return (
      <Link to={to} className={className} onClick={(event) => event.stopPropagation()}>
        {children}
      </Link>
    );
  }
  const follow = (event: MouseEvent) => {
    event.stopPropagation();
    // Another tab, another window, a download: those are the browser's.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={`${PLACE.basename}${to}`} className={className} onClick={follow}>
      {children}
    </a>
  );
}
