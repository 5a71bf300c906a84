/** The addressing scheme that has a map, and its other name. */
const mapSchemes = ['services', 'imageswap'];

/** Why a flag about the map makes no sense with this addressing scheme; undefined where it does. */
export function schemeProblem(flag: string, scheme: string): string | undefined {
  if (mapSchemes.includes(scheme)) return undefined;
  return `${flag} is for ADDRESSING_SCHEME=services, which has a map; here it is ${scheme}`;
}
