package fhir

import (
	"encoding/json"
	"strings"

	"kizuna/internal/ground/text"
)

// The addresses of extensions: those of the standard, and our own, which say
// what FHIR has no words for.
const (
	extTranslation = "http://hl7.org/fhir/StructureDefinition/translation"
	extLanguage    = "http://hl7.org/fhir/StructureDefinition/language"
	extControl     = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
	extOrdinal     = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
	extMin         = "http://hl7.org/fhir/StructureDefinition/minValue"
	extMax         = "http://hl7.org/fhir/StructureDefinition/maxValue"
	extUnit        = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
	extHidden      = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"
	extLeast       = "http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs"
	extMost        = "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs"
	extPrefix      = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionPrefix"

	systemControl  = "http://hl7.org/fhir/questionnaire-item-control"
	systemCurrency = "urn:iso:std:iso:4217"
	systemKey      = "urn:kizuna:form"

	own          = "urn:kizuna:form:"
	ownSort      = own + "sort"      // the sort key of a text
	ownKey       = own + "key"       // the key of a section or question that others call otherwise
	ownKind      = own + "kind"      // the kind where the type of FHIR is wider
	ownHint      = own + "hint"      // of a note: a display has no items
	ownShow      = own + "show"      // conditions in CEL; R4 names no language that they could be in
	ownRequired  = own + "required"  //
	ownCalculate = own + "calculate" //
	ownScore     = own + "score"     // points of a yes or a step; of the whole form, the expression
	ownMapTo     = own + "map-to"
	ownMin       = own + "min" // bounds that no number of FHIR can be
	ownMax       = own + "max"
	ownCurrency  = own + "currency"
	ownInitial   = own + "initial" // what an open choice begins with that no choice is
	ownValue     = own + "value"   // the value of a choice whose code is another
	ownPurpose   = own + "purpose"
	ownClass     = own + "protected-class"
	ownBand      = own + "band" // with key, from and label; of a response, the key
	ownExact     = own + "exact"
)

// element is what FHIR lets stand beside a value: _text beside text.
type element struct {
	ID        string      `json:"id,omitempty"`
	Extension []extension `json:"extension,omitempty"`
}

// extension holds the kinds of value that are written or read here.
type extension struct {
	URL                  string           `json:"url"`
	Extension            []extension      `json:"extension,omitempty"`
	ValueString          string           `json:"valueString,omitempty"`
	ElementString        *element         `json:"_valueString,omitempty"`
	ValueCode            string           `json:"valueCode,omitempty"`
	ValueInteger         json.Number      `json:"valueInteger,omitempty"`
	ValueDecimal         json.Number      `json:"valueDecimal,omitempty"`
	ValueBoolean         *bool            `json:"valueBoolean,omitempty"`
	ValueCoding          *coding          `json:"valueCoding,omitempty"`
	ValueCodeableConcept *codeableConcept `json:"valueCodeableConcept,omitempty"`
}

type coding struct {
	ID           string      `json:"id,omitempty"`
	Extension    []extension `json:"extension,omitempty"`
	System       string      `json:"system,omitempty"`
	Version      string      `json:"version,omitempty"`
	Code         string      `json:"code,omitempty"`
	Display      string      `json:"display,omitempty"`
	ElDisplay    *element    `json:"_display,omitempty"`
	UserSelected *bool       `json:"userSelected,omitempty"`
}

type codeableConcept struct {
	Coding []coding `json:"coding,omitempty"`
	Text   string   `json:"text,omitempty"`
}

type quantity struct {
	Value  json.Number `json:"value,omitempty"`
	Unit   string      `json:"unit,omitempty"`
	System string      `json:"system,omitempty"`
	Code   string      `json:"code,omitempty"`
}

type attachment struct {
	ContentType string `json:"contentType,omitempty"`
	URL         string `json:"url,omitempty"`
	Size        int64  `json:"size,omitempty"`
	Title       string `json:"title,omitempty"`
}

type identifier struct {
	System string `json:"system,omitempty"`
	Value  string `json:"value,omitempty"`
}

type reference struct {
	Type       string      `json:"type,omitempty"`
	Reference  string      `json:"reference,omitempty"`
	Identifier *identifier `json:"identifier,omitempty"`
	Display    string      `json:"display,omitempty"`
}

type questionnaire struct {
	ResourceType string          `json:"resourceType"`
	ID           string          `json:"id,omitempty"`
	Meta         json.RawMessage `json:"meta,omitempty"`
	Language     string          `json:"language,omitempty"`
	Text         json.RawMessage `json:"text,omitempty"`
	Contained    []valueSet      `json:"contained,omitempty"`
	Extension    []extension     `json:"extension,omitempty"`
	URL          string          `json:"url,omitempty"`
	Identifier   []identifier    `json:"identifier,omitempty"`
	Version      string          `json:"version,omitempty"`
	Name         string          `json:"name,omitempty"`
	Title        string          `json:"title,omitempty"`
	ElTitle      *element        `json:"_title,omitempty"`
	DerivedFrom  []string        `json:"derivedFrom,omitempty"`
	Status       string          `json:"status,omitempty"`
	SubjectType  []string        `json:"subjectType,omitempty"`
	Date         string          `json:"date,omitempty"`
	Description  string          `json:"description,omitempty"`
	ElDescribe   *element        `json:"_description,omitempty"`
	Item         []item          `json:"item,omitempty"`
}

// valueSet is a list of choices that a questionnaire brings along; of other
// contained resources only the kind and id are read.
type valueSet struct {
	ResourceType string `json:"resourceType"`
	ID           string `json:"id"`
	Compose      struct {
		Include []struct {
			System  string `json:"system"`
			Concept []struct {
				Code    string `json:"code"`
				Display string `json:"display"`
			} `json:"concept"`
		} `json:"include"`
	} `json:"compose"`
	Expansion struct {
		Contains []coding `json:"contains"`
	} `json:"expansion"`
}

type item struct {
	ID             string       `json:"id,omitempty"`
	Extension      []extension  `json:"extension,omitempty"`
	LinkID         string       `json:"linkId,omitempty"`
	Code           []coding     `json:"code,omitempty"`
	Prefix         string       `json:"prefix,omitempty"`
	Text           string       `json:"text,omitempty"`
	ElText         *element     `json:"_text,omitempty"`
	Type           string       `json:"type,omitempty"`
	EnableWhen     []enableWhen `json:"enableWhen,omitempty"`
	EnableBehavior string       `json:"enableBehavior,omitempty"`
	Required       bool         `json:"required,omitempty"`
	Repeats        bool         `json:"repeats,omitempty"`
	ReadOnly       bool         `json:"readOnly,omitempty"`
	MaxLength      int          `json:"maxLength,omitempty"`
	ValueSet       string       `json:"answerValueSet,omitempty"`
	Option         []option     `json:"answerOption,omitempty"`
	Initial        []answer     `json:"initial,omitempty"`
	Item           []item       `json:"item,omitempty"`
}

type enableWhen struct {
	Question       string      `json:"question"`
	Operator       string      `json:"operator"`
	AnswerBoolean  *bool       `json:"answerBoolean,omitempty"`
	AnswerDecimal  json.Number `json:"answerDecimal,omitempty"`
	AnswerInteger  json.Number `json:"answerInteger,omitempty"`
	AnswerDate     string      `json:"answerDate,omitempty"`
	AnswerDateTime string      `json:"answerDateTime,omitempty"`
	AnswerTime     string      `json:"answerTime,omitempty"`
	AnswerString   string      `json:"answerString,omitempty"`
	AnswerCoding   *coding     `json:"answerCoding,omitempty"`
	AnswerQuantity *quantity   `json:"answerQuantity,omitempty"`
	AnswerRef      *reference  `json:"answerReference,omitempty"`
}

type option struct {
	ID            string      `json:"id,omitempty"`
	Extension     []extension `json:"extension,omitempty"`
	ValueCoding   *coding     `json:"valueCoding,omitempty"`
	ValueString   string      `json:"valueString,omitempty"`
	ElString      *element    `json:"_valueString,omitempty"`
	ValueInteger  json.Number `json:"valueInteger,omitempty"`
	ValueDate     string      `json:"valueDate,omitempty"`
	ValueTime     string      `json:"valueTime,omitempty"`
	ValueRef      *reference  `json:"valueReference,omitempty"`
	InitiallyThis bool        `json:"initialSelected,omitempty"`
}

type response struct {
	ResourceType  string          `json:"resourceType"`
	ID            string          `json:"id,omitempty"`
	Meta          json.RawMessage `json:"meta,omitempty"`
	Language      string          `json:"language,omitempty"`
	Text          json.RawMessage `json:"text,omitempty"`
	Extension     []extension     `json:"extension,omitempty"`
	Identifier    *identifier     `json:"identifier,omitempty"`
	Questionnaire string          `json:"questionnaire,omitempty"`
	Status        string          `json:"status,omitempty"`
	Subject       *reference      `json:"subject,omitempty"`
	Authored      string          `json:"authored,omitempty"`
	Author        *reference      `json:"author,omitempty"`
	Source        *reference      `json:"source,omitempty"`
	Item          []answered      `json:"item,omitempty"`
}

// answered is an item of a response.
type answered struct {
	ID        string      `json:"id,omitempty"`
	Extension []extension `json:"extension,omitempty"`
	LinkID    string      `json:"linkId"`
	Text      string      `json:"text,omitempty"`
	ElText    *element    `json:"_text,omitempty"`
	Answer    []answer    `json:"answer,omitempty"`
	Item      []answered  `json:"item,omitempty"`
}

type answer struct {
	Extension     []extension `json:"extension,omitempty"`
	ValueBoolean  *bool       `json:"valueBoolean,omitempty"`
	ValueDecimal  json.Number `json:"valueDecimal,omitempty"`
	ValueInteger  json.Number `json:"valueInteger,omitempty"`
	ValueDate     string      `json:"valueDate,omitempty"`
	ValueDateTime string      `json:"valueDateTime,omitempty"`
	ValueTime     string      `json:"valueTime,omitempty"`
	ValueString   string      `json:"valueString,omitempty"`
	ValueURI      string      `json:"valueUri,omitempty"`
	ValueCoding   *coding     `json:"valueCoding,omitempty"`
	ValueQuantity *quantity   `json:"valueQuantity,omitempty"`
	// ValueAttachment says what and where a file is.
	ValueAttachment *attachment `json:"valueAttachment,omitempty"`
	Item            []answered  `json:"item,omitempty"`
}

// said writes a text: the Japanese, or the first language that there is, with
// the others beside it.
func said(p text.Pair) (string, *element) {
	first, lang := p.Pick(text.JA)
	if first == "" {
		return "", nil
	}
	var beside []extension
	if lang != text.JA {
		beside = append(beside, extension{URL: extLanguage, ValueCode: string(lang)})
	}
	for _, other := range languages(p) {
		if other != lang {
			beside = append(beside, extension{URL: extTranslation, Extension: []extension{{URL: "lang", ValueCode: string(other)}, {URL: "content", ValueString: p.Exact(other)}}})
		}
	}
	if p.Sort != "" {
		beside = append(beside, extension{URL: ownSort, ValueString: p.Sort})
	}
	if beside == nil {
		return first, nil
	}
	return first, &element{Extension: beside}
}

// saidIn is said as an extension.
func saidIn(url string, p text.Pair) extension {
	x := extension{URL: url}
	x.ValueString, x.ElementString = said(p)
	return x
}

func find(list []extension, url string) (extension, bool) {
	for _, x := range list {
		if x.URL == url {
			return x, true
		}
	}
	return extension{}, false
}

// number is a value as a number of JSON; "" when no decimal says it exactly.
func number(s string) json.Number {
	digits := strings.TrimPrefix(s, "-")
	whole, part, dotted := strings.Cut(digits, ".")
	if whole == "" || len(whole) > 1 && whole[0] == '0' || dotted && part == "" || strings.Trim(whole+part, "0123456789") != "" {
		return ""
	}
	return json.Number(s)
}

func integer(n json.Number) bool {
	return n != "" && !strings.ContainsAny(n.String(), ".eE")
}
