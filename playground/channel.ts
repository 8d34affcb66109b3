/** Calls from the page to its worker, and news from the worker to the page. */

/** A call, its answer, or news. */
type Message =
  | { readonly call: string; readonly id: number; readonly args: unknown[] }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly news: unknown };

/** The methods of a worker, as the page calls them. */
export type Remote<Methods> =
  & {
    readonly [Name in keyof Methods]: Methods[Name] extends
      (...args: infer Args) => infer Result
      ? (...args: Args) => Promise<Awaited<Result>>
      : never;
  }
  & {
    /** Ends the worker. */
    terminate(): void;
  };

/** One end of a channel: a worker, or what a worker sees of its page. */
interface End {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Message>) => void) | null;
}

/** The buffers of the arrays in an object, which are moved instead of copied. */
function buffersOf(value: unknown): Transferable[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value)]
    .filter((part) => ArrayBuffer.isView(part))
    .map(({ buffer }) => buffer as ArrayBuffer);
}

/** Answers calls with these methods. For the worker. */
export function answer(end: End, methods: object): void {
  const table = methods as Record<string, (...args: unknown[]) => unknown>;
  end.onmessage = async ({ data }) => {
    if (!("call" in data)) return;
    const { call, id, args } = data;
    try {
      const result = await table[call](...args);
      end.postMessage({ id, result }, buffersOf(result));
    } catch (error) {
      const { message } = error as Error;
      end.postMessage({ id, error: message });
    }
  };
}

/** Tells the page something. For the worker. */
export function tell(end: End, news: object): void {
  end.postMessage({ news }, buffersOf(news));
}

/** Lets the page call the methods of a worker, and hear its news. */
export function connect<Methods>(
  worker: Worker,
  onNews: (news: never) => void = () => {},
): Remote<Methods> {
  const waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  let last = 0;
  worker.onmessage = ({ data }: MessageEvent<Message>) => {
    if ("news" in data) return onNews(data.news as never);
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) call?.reject(new Error(data.error));
    else if ("result" in data) call?.resolve(data.result);
  };
  return new Proxy({} as Remote<Methods>, {
    get: (_, name: string) => {
      if (name === "terminate") return () => worker.terminate();
      return (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          waiting.set(++last, { resolve, reject });
          worker.postMessage({ call: name, id: last, args });
        });
    },
  });
}
