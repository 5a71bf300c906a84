/** What /readyz answers at this port: status and text; or why there is no answer. */
export async function readyz(port: number): Promise<string> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
    return `${answer.status} ${await answer.text()}`;
  } catch (error) {
    return String(error);
  }
}
