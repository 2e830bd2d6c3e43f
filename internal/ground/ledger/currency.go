package ledger

import "strings"

// exponents are the decimal places of currencies in use (ISO 4217, table A.1).
var exponents = func() map[string]int {
	m := map[string]int{}
	for places, codes := range map[int]string{
		0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
		2: "AED ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF " +
			"CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL " +
			"HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT " +
			"MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB " +
			"SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH " +
			"USD UYU UZS VES WST XCD YER ZAR ZMW",
		3: "BHD IQD JOD KWD LYD OMR TND",
	} {
		for _, code := range strings.Fields(codes) {
			m[code] = places
		}
	}
	return m
}()

// symbols stand before the digits; a currency without one shows its code after them.
var symbols = map[string]string{
	"JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "KRW": "₩", "INR": "₹", "VND": "₫", "PHP": "₱",
	"AUD": "A$", "CAD": "CA$", "NZD": "NZ$", "HKD": "HK$", "SGD": "S$", "TWD": "NT$", "CNY": "CN¥", "BRL": "R$",
}

// Exponent is how many decimal places a currency has, such as 0 for JPY and 2
// for USD (ISO 4217); ok is false for a code it does not know.
func Exponent(currency string) (places int, ok bool) {
	places, ok = exponents[currency]
	return places, ok
}
