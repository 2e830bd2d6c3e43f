package web

// The words of coded values.

func genderKey(v string) string { return "people.gender." + v }

func birthPrecisionKey(v string) string { return "people.birth_precision." + v }

func languageKey(v string) string { return "people.language." + v }

func nameKindKey(v string) string { return "people.name_kind." + v }

func contactKindKey(v string) string { return "people.contact_kind." + v }

func addressKindKey(v string) string { return "people.address_kind." + v }

func groundKey(v string) string { return "people.ground." + v }

func relationKey(v string) string { return "people.relation." + v }

func relationshipKindKey(v string) string { return "people.relationship_kind." + v }

// farKindKey is the word for a tie as the other of the two sees it: whose parent somebody is, is their child.
func farKindKey(v string) string {
	switch v {
	case "parent":
		return relationshipKindKey("child")
	case "child":
		return relationshipKindKey("parent")
	case "grandparent":
		return relationshipKindKey("grandchild")
	case "grandchild":
		return relationshipKindKey("grandparent")
	case "guardian", "custody", "proxy", "employer":
		return "people.relationship_far." + v
	}
	return relationshipKindKey(v)
}

func circumstanceKindKey(v string) string { return "people.circumstance_kind." + v }

func housingKey(v string) string { return "people.housing." + v }

func heldKey(v string) string { return "people.held." + v }

func householdKindKey(v string) string { return "people.household_kind." + v }

func evidenceKey(v string) string { return "people.evidence." + v }

func strengthKey(v string) string { return "people.strength." + v }

func mannerKey(v string) string { return "people.manner." + v }

func coupleKey(v string) string { return "people.couple." + v }

func periodKey(v string) string { return "people.period." + v }

func supportKey(v string) string { return "people.support." + v }

func lineKey(v string) string { return "people.line." + v }
