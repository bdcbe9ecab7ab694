/** Messages between the tabs of this browser. A browser that blocks storage has none: then nothing is sent. */
export function tabsChannel<Message>(name: string, onMessage: (message: Message) => void) {
  const channel = open(name);
  if (channel) channel.onmessage = ({ data }: MessageEvent<Message>) => onMessage(data);
  return {
    post: (message: Message) => channel?.postMessage(message),
    close: () => channel?.close(),
  };
}

function open(name: string) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}
