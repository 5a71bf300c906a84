/** Told what is measured now, in a line without its end. */
export type Progress = (line: string) => void;
