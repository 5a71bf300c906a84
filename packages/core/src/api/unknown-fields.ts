/**
 * Says which fields of a spec are none of ours, and which of ours each was probably meant to be: such fields are kept, since old
 * objects and third parties have some, so nobody refuses a misspelt one. Undefined where all are known.
 */
export function unknownFieldsWarning(given: readonly string[], known: readonly string[]): string | undefined {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length === 0) return undefined;
  const names = unknown.map((name) => {
    const meant = closest(name, known);
    return meant === undefined ? `spec.${name}` : `spec.${name} (is ${meant} meant?)`;
  });
  return `the operator ignores what it does not know: ${names.join(', ')}`;
}

/** The known name that differs in few letters, in case or in underscores only. */
function closest(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, distance: distanceOf(plain(name), plain(candidate)) }))
    .filter(({ candidate, distance }) => distance <= mistakesIn(candidate))
    .sort((one, other) => one.distance - other.distance);
  return best?.candidate;
}

function mistakesIn({ length }: string): number {
  return Math.floor(length / 4);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** How many letters have to be put in, taken out or changed (Levenshtein), row by row of the usual table. */
function distanceOf(from: string, to: string): number {
  // At least as many as one is longer: nobody waits for a table of thousands of rows.
  const difference = Math.abs(from.length - to.length);
  if (difference > mistakesIn(to)) return difference;
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const letter of from) {
    const line = [(above[0] ?? 0) + 1];
    above.slice(1).forEach((over, column) => {
      const changed = (above[column] ?? 0) + (letter === to[column] ? 0 : 1);
      line.push(Math.min(changed, over + 1, (line[column] ?? 0) + 1));
    });
    above = line;
  }
  return above.at(-1) ?? difference;
}
