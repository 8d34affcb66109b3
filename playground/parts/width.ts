/// <reference lib="dom" />
/** How wide an element is, so that what is drawn in it fits. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** An element, and its width in CSS pixels; 0 before it is known. */
export function useWidth<Kind extends Element>(): [
  RefObject<Kind | null>,
  number,
] {
  const element = useRef<Kind>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.floor(entry.contentRect.width))
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
