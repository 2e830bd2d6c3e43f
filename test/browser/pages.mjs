// Every page, once: who looks at it and where. A page that is added to the program is added here;
// the run opens each in one of its eight states (language, colours, width).

export const pages = [
  { who: 'visitor', path: '/sign-in' },
  { who: 'caseworker', path: '/desk' },
  { who: 'caseworker', path: '/desk/persons' },
];
