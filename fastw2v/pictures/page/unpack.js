// From base64 and gzip to what the page works with.

async function unpack(id) {
  const element = document.getElementById(id);
  const bytes = Uint8Array.from(atob(element.textContent.trim()), (letter) => letter.charCodeAt(0));
  element.remove();
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

async function unpackJson(id) {
  return JSON.parse(new TextDecoder().decode(await unpack(id)));
}

async function runLibrary() {
  for (const code of await unpackJson("library")) {
    const script = document.createElement("script");
    script.textContent = code;
    document.head.append(script);
  }
  window.Bokeh.logger.set_level("warn");
}
