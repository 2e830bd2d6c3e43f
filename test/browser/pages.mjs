// Every page, once: who looks at it and where. A page that is added to the program is added here;
// the run opens each in one of its eight states (language, colours, width). first: the page is the
// first that the address links to under this folder, such as a case of the list of cases; below: one
// of that record's own pages, or with a slash the first of other pages that it leads to, after a space
// one of that page's own; after " > " one that this leads to.

const seen = (who, ...paths) => paths.map((path) => ({ who, path }));
const one = (who, path, first, below = '') => ({ who, path, first, below });

export const pages = [
  ...seen('visitor', '/sign-in', '/sign-in/code', '/public', '/public/apply', '/public/apply/name', '/public/complaint', '/public/complaint/danger', '/public/receipt', '/public/screening'),
  ...seen('caseworker', '/desk', '/desk/cases', '/desk/persons', '/desk/persons/new', '/desk/duplicates', '/desk/tasks', '/desk/tasks/new',
    '/desk/providers', '/desk/programs', '/desk/referrals', '/desk/schedules', '/desk/sessions', '/desk/search?q=a', '/account', '/account/keys', '/account/keys/new', '/account/password'),
  one('caseworker', '/desk/cases', '/desk/cases/'),
  one('caseworker', '/desk/persons', '/desk/persons/'),
  one('caseworker', '/desk/persons', '/desk/persons/', 'same'),
  one('caseworker', '/desk/persons', '/desk/persons/', '/desk/consents/new'),
  one('caseworker', '/desk/persons', '/desk/persons/', '/desk/disclosures/new'),
  one('caseworker', '/desk/persons', '/desk/persons/', '/desk/form-responses/new'),
  ...['', ' take-over', ' sign/declared', ' amend', ' cancel', ' print'].map((own) => one('caseworker', '/desk/persons?q=林直樹', '/desk/persons/', `/desk/form-responses/0${own}`)),
  one('caseworker', '/desk/persons?q=丸山', '/desk/persons/', 'household'),
  one('caseworker', '/desk/persons?q=丸山', '/desk/persons/', 'household/new'),
  one('caseworker', '/desk/persons?q=丸山', '/desk/persons/', 'relate'),
  ...['join', 'move_out', 'lead'].map((act) => one('caseworker', '/desk/persons?q=佐久間', '/desk/persons/', `household > /desk/households/*/${act}`)),
  ...['change', 'change > /desk/household-members/*/remove'].map((act) => one('caseworker', '/desk/persons?q=佐久間', '/desk/persons/', `household > /desk/household-members/*/${act}`)),
  ...['change', 'change > /desk/relationships/*/remove'].map((act) => one('caseworker', '/desk/persons?q=佐久間', '/desk/persons/', `household > /desk/relationships/*/${act}`)),
  one('supervisor', '/desk/persons?q=佐久間', '/desk/persons/', 'household > /desk/households/*/void'),
  one('caseworker', '/desk/persons?q=佐久間', '/desk/persons/', 'genogram'),
  one('caseworker', '/desk/persons?q=佐久間', '/desk/persons/', 'circumstances'),
  one('caseworker', '/desk/persons?q=佐久間', '/desk/persons/', 'circumstances/new'),
  ...['change', 'change > /desk/circumstances/*/remove'].map((act) => one('caseworker', '/desk/persons?q=佐久間 由紀', '/desk/persons/', `circumstances > /desk/circumstances/*/${act}`)),
  one('caseworker', '/desk/providers', '/desk/providers/'),
  one('caseworker', '/desk/duplicates', '/desk/duplicates/'),
  ...seen('intake_worker', '/desk', '/desk/imports', '/desk/intake', '/desk/intake/applications/new', '/desk/intake/complaints/new',
    '/desk/intake/inbound-referrals/new', '/desk/intake/inquiries/new', '/desk/intake?view=mine', '/desk/intake?view=second', '/desk/intake?view=overdue&kind=complaint'),
  one('intake_worker', '/desk/intake?kind=complaint', '/desk/intake/complaints/'),
  one('intake_worker', '/desk/intake?kind=complaint', '/desk/intake/complaints/', 'report'),
  one('intake_worker', '/desk/intake?kind=inquiry', '/desk/intake/inquiries/'),
  one('intake_worker', '/desk/intake?kind=inquiry', '/desk/intake/inquiries/', '/desk/intake/complaints/new'),
  one('intake_worker', '/desk/intake?kind=inquiry', '/desk/intake/inquiries/', '/desk/intake/assign'),
  ...seen('supervisor', '/desk', '/desk/cases', '/desk/duplicates?status=not_duplicate', '/desk/disclosures'),
  one('supervisor', '/desk/duplicates', '/desk/duplicates/'),
  one('supervisor', '/desk/duplicates', '/desk/duplicates/', 'merge'),
  ...seen('program_manager', '/desk', '/desk/cases', '/desk/providers/new', '/admin', '/admin/programs', '/admin/specialties', '/admin/goals'),
  one('program_manager', '/desk/providers', '/desk/providers/'),
  ...seen('finance_officer', '/desk', '/desk/tasks', '/desk/payments', '/desk/batches', '/desk/batches/new', '/desk/payouts', '/desk/payouts/new', '/desk/payees', '/admin', '/admin/funds', '/admin/benefits'),
  one('finance_officer', '/desk/payments?status=all', '/desk/payments/'),
  one('finance_officer', '/desk/batches', '/desk/batches/'),
  ...seen('auditor', '/desk', '/desk/cases', '/admin/users'),
  ...seen('administrator', '/admin', '/admin/agency', '/admin/allegation-clocks', '/admin/codes', '/admin/extra-fields', '/admin/holidays', '/admin/keys', '/admin/keys/new',
    '/admin/forms', '/admin/forms/new', '/admin/rules', '/admin/rules/new', '/admin/plan-templates', '/admin/plan-templates/new', '/admin/teams', '/admin/teams/new', '/admin/users', '/admin/users/new'),
  ...seen('administrator', '/admin/forms/import'),
  ...['', 'edit', 'sections/1', 'text', 'print'].map((below) => one('administrator', '/admin/forms', '/admin/forms/', below)),
  one('administrator', '/admin/users', '/admin/users/'),
  one('administrator', '/admin/teams', '/admin/teams/'),
  ...seen('provider_manager', '/portal', '/portal/referrals', '/portal/schedules', '/portal/schedules/new', '/portal/sessions', '/portal/payments', '/portal/payees', '/portal/provider', '/portal/provider/edit', '/account'),
  one('provider_manager', '/portal/payments', '/portal/payments/'),
  ...seen('resident', '/my', '/my/applications', '/my/apply', '/my/apply/purpose', '/my/plan', '/my/benefits', '/my/consents', '/my/sessions', '/account'),
];
