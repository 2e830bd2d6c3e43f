package agency

import (
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

// Team is a section (係・課) of the agency, or a contracted organization (委託)
// that works like one.
type Team struct {
	flow.Head
	Name       text.Pair `db:"name" json:"name"`
	Parent     db.ID     `db:"parent" json:"parent_id"` // none at the top
	Contracted bool      `db:"contracted" json:"contracted"`
	Position   int64     `db:"position" json:"position"` // among its sisters
}

// TeamInput makes or changes a team.
type TeamInput struct {
	Name       text.Pair `json:"name"`
	Parent     db.ID     `json:"parent_id"`
	Contracted bool      `json:"contracted"`
	Position   int64     `json:"position"`
	Version    int64     `json:"version"`
}

// Validate cleans the input and says what to correct.
func (in *TeamInput) Validate() error {
	var f fault.Fields
	checkLabel(&f, "/name", &in.Name)
	checkRange(&f, "/position", in.Position, 0, 1_000_000)
	return f.Err()
}

// link is one pair of the tree: above reaches below in depth steps.
type link struct {
	Above db.ID `db:"above"`
	Below db.ID `db:"below"`
	Depth int64 `db:"depth"`
}

// links gives every team with itself and each team above it. A parent that
// leads back to its own child is refused.
func links(teams []Team) ([]link, error) {
	parent := make(map[db.ID]db.ID, len(teams))
	for _, t := range teams {
		parent[t.ID] = t.Parent
	}
	var out []link
	for _, t := range teams {
		depth := int64(0)
		for above := t.ID; !above.IsZero(); above = parent[above] {
			if depth > int64(len(teams)) {
				return nil, fault.Invalid(fault.Field{Pointer: "/parent_id", Key: "agency.team.circle"})
			}
			out = append(out, link{above, t.ID, depth})
			depth++
		}
	}
	return out, nil
}

// Branch is a team as a tree shows it.
type Branch struct {
	Team
	Depth int
}

// Tree puts teams in the order of the tree, each below its parent, sisters by
// position and name in the reader's language.
func Tree(teams []Team, lang text.Lang) []Branch {
	below := map[db.ID][]Team{}
	known := map[db.ID]bool{}
	for _, t := range teams {
		known[t.ID] = true
	}
	for _, t := range teams {
		parent := t.Parent
		if !known[parent] {
			parent = db.ID{}
		}
		below[parent] = append(below[parent], t)
	}
	for _, sisters := range below {
		sortTeams(sisters, lang)
	}
	var out []Branch
	var grow func(parent db.ID, depth int)
	grow = func(parent db.ID, depth int) {
		for _, t := range below[parent] {
			out = append(out, Branch{t, depth})
			grow(t.ID, depth+1)
		}
	}
	grow(db.ID{}, 0)
	return out
}
