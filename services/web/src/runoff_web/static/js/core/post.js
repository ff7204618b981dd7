// Parts of a page that depend on what stands in a form.

/**
 * Sends fields and gives the part that the server made of them.
 * @param {string} url
 * @param {URLSearchParams} fields
 * @param {AbortSignal} [signal]
 * @returns {Promise<{html: string, ok: boolean}>}
 */
export async function post(url, fields, signal) {
  const answer = await fetch(url, {
    method: "POST",
    body: fields,
    signal,
    headers: { "X-Fragment": "1" },
  });
  return { html: await answer.text(), ok: answer.ok };
}

/**
 * What a form would send; files, of which there are none, are left out.
 * @param {HTMLFormElement} form
 */
export function fieldsOf(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") fields.append(name, value);
  }
  return fields;
}
