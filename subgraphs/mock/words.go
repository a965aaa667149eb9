package mock

// The words that texts are made of.
var (
	firstNames = []string{
		"Ada", "Alan", "Barbara", "Claude", "Dorothy", "Edsger", "Frances", "Grace", "Hedy", "Ivan", "Joan", "Katherine",
		"Linus", "Margaret", "Niklaus", "Olga", "Peter", "Radia", "Sophie", "Tim", "Ursula", "Vera", "Wendy", "Yukihiro",
	}
	lastNames = []string{
		"Archer", "Baker", "Carter", "Draper", "Fisher", "Gardner", "Hunter", "Joiner", "Keller", "Lindgren", "Mason",
		"Novak", "Okafor", "Potter", "Rossi", "Sato", "Tanaka", "Turner", "Vogel", "Weaver", "Young", "Ziegler",
	}
	adjectives = []string{
		"Amber", "Bright", "Calm", "Deep", "Early", "Fine", "Golden", "Hidden", "Light", "Modern", "Northern", "Open",
		"Plain", "Quiet", "Round", "Silver", "Small", "Tall", "Warm", "Wide",
	}
	things = []string{
		"Anchor", "Basket", "Bridge", "Candle", "Chair", "Clock", "Desk", "Door", "Field", "Garden", "Harbour", "Kettle",
		"Ladder", "Lamp", "Loom", "Mirror", "Orchard", "River", "Shelf", "Table", "Thread", "Vase", "Window", "Yarn",
	}
	sentences = []string{
		"It does what it says.", "A little smaller than expected, and better.", "The third time was the best.",
		"Made by hand in a small workshop.", "Arrived a day early.", "Nothing to complain about.",
		"Someone should have written this down before.", "Works well in the rain.", "Would choose it again.",
		"Simple, and that is the point of it.",
	}
	streets   = []string{"Canal Street", "Church Lane", "Garden Road", "Hill Street", "Market Square", "Mill Lane", "Station Road", "Weaver Street"}
	cities    = []string{"Bergen", "Bologna", "Ghent", "Graz", "Kyoto", "Leipzig", "Lyon", "Montevideo", "Nairobi", "Porto", "Toronto", "Utrecht"}
	countries = []string{
		"Austria", "Belgium", "Canada", "France", "Germany", "Italy", "Japan", "Kenya", "Netherlands", "Norway", "Portugal", "Uruguay",
	}
	countryCodes = []string{"AT", "BE", "CA", "DE", "FR", "IT", "JP", "KE", "NL", "NO", "PT", "UY"}
	currencies   = []string{"CAD", "EUR", "GBP", "JPY", "NOK", "USD"}
	locales      = []string{"de", "en", "es", "fr", "it", "ja", "nl", "pt"}
	timeZones    = []string{"Africa/Nairobi", "America/Toronto", "Asia/Tokyo", "Europe/Berlin", "Europe/Lisbon", "UTC"}
	colours      = []string{"black", "blue", "brown", "green", "grey", "orange", "red", "white", "yellow"}
)
